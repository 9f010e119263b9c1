/* ctl/records.h: an answer's records in a file, as core writes them and ctl reads them: for each
 * the view's id, the length of its fields, the fields (base/view.h). Reading trusts nothing. */
#ifndef CTL_RECORDS_H
#define CTL_RECORDS_H

#include "base/view.h"

/* Appends one record; w becomes bad when it does not fit. */
void ctl_record_write(const struct view *v, const void *record, struct wr *w);

/* Reads the file from its start and emits each record: -EPROTO when it is malformed, -ENOMEM. */
must_use err_t ctl_records_read(int fd, struct view_sink *sink);

#endif
