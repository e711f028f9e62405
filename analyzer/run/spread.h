/* Threads of a pass that share a core although another one is free. A scheduler that does not know which cores share a cache, as
 * in many virtual machines, wakes a thread where its waker runs; both then take turns on that core, one step after the
 * other, and a pass of two threads takes four times as long as it should, for tens of milliseconds. */
#ifndef ANALYZER_RUN_SPREAD_H
#define ANALYZER_RUN_SPREAD_H

/* Moves every thread of a team of `threads` that is on the core of another one to a core that this process may use and no
 * thread of the team is on. Nothing stays bound: where they go later is up to the system. Without a way to find out where
 * a thread is, or with more threads than cores, nothing happens. */
void spread_threads(int threads);

#endif
