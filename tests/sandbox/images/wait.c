/* The one program of an image that has little else: says that it runs, and waits to be ended. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void end(int number) {
  (void)number;
  _exit(0);
}

int main(void) {
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  puts("waiting");
  fflush(stdout);
  for (;;) pause();
}
