/* ready.h - systemd's readiness and watchdog protocol, without linking systemd (sd_notify(3)). */
#ifndef MODULE_READY_H
#define MODULE_READY_H

#include <stdint.h>

/* Sends a state ("READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...") to $NOTIFY_SOCKET;
 * does nothing where there is none. */
void ready_notify(const char *state);
/* How often the watchdog wants to hear from this process, half of WATCHDOG_USEC; 0: it does not. */
int64_t ready_watchdog_ms(void);

#endif
