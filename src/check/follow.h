/* check/follow.h: findings that follow from others. One wrong address makes a tunnel one-sided, and
 * that cuts pairs of places off and leaves others without a second way: the rule that names the
 * address speaks, the rest is its effect. A rule of effects says what a finding rests on
 * (check_last_loses(), check_last_is_of()); here the tunnels that carry nothing are looked up in
 * what the rules of causes found. An effect is never worse than its cause, and what is suppressed
 * is neither. In the check's arena; linear but for the detours, which have a bound. */
#ifndef CHECK_FOLLOW_H
#define CHECK_FOLLOW_H

#include "check/check.h"

/* Attaches effects to causes in the findings of `c`, which are in their last order. */
void check_follow(struct check *c);

#endif
