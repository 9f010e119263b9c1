/* lab/command.h: `spanway lab`: the words behind it. */
#ifndef LAB_COMMAND_H
#define LAB_COMMAND_H

/* argv: "lab", what to do, options and words. The program's exit status: 0; 1 it failed, or the
 * topology has errors; 2 wrong words, or a file that cannot be read; of exec and shell that of the
 * command. */
int lab_command(int argc, char *argv[]);

#endif
