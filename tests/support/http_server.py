"""A small HTTP server in threads that many may call at once."""

from http.server import ThreadingHTTPServer


class LocalServer(ThreadingHTTPServer):
    """The library lets five wait for their connection; whoever comes sixth is dropped and tries again seconds later."""

    daemon_threads = True
    request_queue_size = 128
