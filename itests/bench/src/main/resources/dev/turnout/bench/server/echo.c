// SPDX-License-Identifier: Apache-2.0
// Serves echo by epoll, level-triggered, on one thread: echo tcp, echo udp or echo unix:PATH.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024
#define EVENTS 256
#define BATCH 16

struct connection {
  int fd;
  char *rest; // what the peer has not taken yet, or NULL
  size_t start, end;
};

static char buffer[256 * 1024];
static int epoll, is_unix, is_udp;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int operation, int fd, unsigned events, void *data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll, operation, fd, &event) < 0) die("epoll_ctl");
}

static int listening(const char *address) {
  int fd;
  if (is_unix) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    strncpy(name.sun_path, address + 5, sizeof name.sun_path - 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&name, sizeof name) < 0) die("bind");
    if (listen(fd, BACKLOG) < 0) die("listen");
    printf("listening %s\n", address);
  } else {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;
    fd = socket(AF_INET, (is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&name, sizeof name) < 0) die("bind");
    if (!is_udp && listen(fd, BACKLOG) < 0) die("listen");
    if (getsockname(fd, (struct sockaddr *)&name, &size) < 0) die("getsockname");
    printf("listening %s:%d\n", is_udp ? "udp" : "tcp", ntohs(name.sin_port));
  }
  fflush(stdout);
  return fd;
}

static void close_connection(struct connection *c) {
  close(c->fd);
  free(c->rest);
  free(c);
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (fd < 0) return;
    if (!is_unix) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->fd = fd;
    watch(EPOLL_CTL_ADD, fd, EPOLLIN, c);
  }
}

static void echo_datagrams(int fd) {
  for (int i = 0; i < BATCH; i++) {
    struct sockaddr_in sender;
    socklen_t size = sizeof sender;
    ssize_t got = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &size);
    if (got < 0) return;
    // what the kernel does not take is lost
    (void)sendto(fd, buffer, got, 0, (struct sockaddr *)&sender, size);
  }
}

static void echo(struct connection *c) {
  ssize_t got = read(c->fd, buffer, sizeof buffer);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) close_connection(c);
    return;
  }
  ssize_t put = write(c->fd, buffer, got);
  if (put < 0 && errno != EAGAIN) {
    close_connection(c);
    return;
  }
  if (put < 0) put = 0;
  if (put < got) {
    c->rest = malloc(got - put);
    if (!c->rest) die("malloc");
    memcpy(c->rest, buffer + put, got - put);
    c->start = 0;
    c->end = got - put;
    watch(EPOLL_CTL_MOD, c->fd, EPOLLOUT, c);
  }
}

static void write_rest(struct connection *c) {
  ssize_t put = write(c->fd, c->rest + c->start, c->end - c->start);
  if (put < 0) {
    if (errno != EAGAIN) close_connection(c);
    return;
  }
  c->start += put;
  if (c->start == c->end) {
    free(c->rest);
    c->rest = NULL;
    watch(EPOLL_CTL_MOD, c->fd, EPOLLIN, c);
  }
}

static void obey(void) {
  char commands[256];
  ssize_t got = read(0, commands, sizeof commands);
  if (got <= 0) exit(0);
  for (ssize_t i = 0; i < got; i++) {
    if (commands[i] == '\n') printf("{}\n");
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  static int listener_mark, input_mark;
  struct epoll_event events[EVENTS];
  if (argc < 2) return 2;
  signal(SIGPIPE, SIG_IGN);
  is_udp = strcmp(argv[1], "udp") == 0;
  is_unix = strncmp(argv[1], "unix:", 5) == 0;
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  int listener = listening(argv[1]);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN, &listener_mark);
  watch(EPOLL_CTL_ADD, 0, EPOLLIN, &input_mark);
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      void *data = events[i].data.ptr;
      if (data == &listener_mark && is_udp) echo_datagrams(listener);
      else if (data == &listener_mark) accept_all(listener);
      else if (data == &input_mark) obey();
      else if (((struct connection *)data)->rest) write_rest(data);
      else echo(data);
    }
  }
}
