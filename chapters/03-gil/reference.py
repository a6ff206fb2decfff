"""What this chapter simulates, on the CPython that is installed. Prints the
figures that gil_countdown prints; as a server it is asked by gil_convoy.

    reference.py countdown WORKERS COUNTS INTERVAL_US
    reference.py serve DESCRIPTOR WORKERS INTERVAL_US
    reference.py extension WORKERS BYTES         threads that call hashlib
"""
import ctypes
import hashlib
import os
import socket
import struct
import sys
import threading
import time


def find_switch_number():
    """Where CPython counts the handoffs of its lock, or None.

    The lock is a struct in _PyRuntime: the switch interval, of type long, and
    24 bytes further the number of switches (Python/ceval_gil.h, from 3.2 on,
    for machines of 64 bits). We set three odd intervals and look for the place
    that follows.
    """
    try:
        runtime = ctypes.addressof(
            ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime"))
    except ValueError:
        return None
    if ctypes.sizeof(ctypes.c_long) != 8 or not sys.platform == "linux":
        return None
    # Only as far as the library's own data go: behind them may be a file's
    # pages that are not there.
    end = library = None
    with open("/proc/self/maps") as maps:
        for line in maps:
            words = line.split()
            first, last = (int(text, 16) for text in words[0].split("-"))
            path = words[5] if len(words) > 5 else None
            if first <= runtime < last:
                end, library = last, path
            elif (first == end and words[1] == "rw-p"
                  and path in (None, library)):
                end = last
    before = sys.getswitchinterval()
    places = None
    for interval in 7777, 13131, 4242:
        sys.setswitchinterval(interval / 1e6)
        size = min(end - runtime, 1 << 20) // 8
        words = (ctypes.c_long * size).from_address(runtime)
        here = {i for i, word in enumerate(words) if word == interval}
        places = here if places is None else places & here
    sys.setswitchinterval(before)
    if len(places) != 1:
        return None
    return ctypes.c_ulong.from_address(runtime + 8 * places.pop() + 24)


def busy_seconds():
    """Of the CPUs that we may use, by everybody. See quiet.hpp."""
    allowed = {f"cpu{n}" for n in os.sched_getaffinity(0)}
    with open("/proc/stat") as stat:
        rows = [line.split() for line in stat]
    ticks = sum(sum(int(row[i]) for i in (1, 2, 3, 6, 7))
                for row in rows if row[0] in allowed)
    return ticks / os.sysconf("SC_CLK_TCK")


def count_down(n):
    done = 0
    while n:
        n = n - 1
        done = done + 1
    return done


def countdown(workers, counts, interval):
    sys.setswitchinterval(interval / 1e6)
    switches = find_switch_number()
    done = []
    shares = [counts * (w + 1) // workers - counts * w // workers
              for w in range(workers)]
    others = busy_seconds() - time.process_time()
    begun = time.perf_counter()
    done.append(count_down(counts))
    alone = time.perf_counter() - begun
    gate = threading.Event()

    def count(n):
        gate.wait()
        done.append(count_down(n))

    threads = [threading.Thread(target=count, args=(share,))
               for share in shares]
    for thread in threads:
        thread.start()
    before = switches.value if switches else 0
    start = time.perf_counter()
    gate.set()
    for thread in threads:
        thread.join()
    end = time.perf_counter()
    others = busy_seconds() - time.process_time() - others
    others = 0 if others < 0.05 else others  # counted in hundredths, rounded
    # Two are by the main thread, which waits, and is there again at the end.
    handoffs = max(0, switches.value - before - 2) if switches else 0
    if switches:
        print(f"handoffs: {handoffs}")
    else:
        print("handoffs: not measured, this CPython hides them")
    cores = others / (end - begun)
    print(f"cores_busy_by_others: {cores:.2f}")
    if cores < 0.25:
        print(f"alone_s: {alone:.4f}\ncount_s: {end - start:.4f}")
        print(f"slower: {(end - start) / alone:.3f}")
        if handoffs:
            print(f"handoff_period_ms: {1e3 * (end - start) / handoffs:.3f}")
    else:
        print("unreliable: others need the cores, so that waking up a thread "
              "takes as long as they like")
    return sum(done), 2 * counts


def serve(descriptor, workers, interval):
    sys.setswitchinterval(interval / 1e6)
    running = True

    def compute():
        while running:
            count_down(10000)

    threads = [threading.Thread(target=compute) for _ in range(workers)]
    for thread in threads:
        thread.start()
    client = socket.socket(fileno=descriptor)
    while message := client.recv(8):
        number, = struct.unpack("q", message)
        client.send(struct.pack("q", number + 1))
    running = False
    for thread in threads:
        thread.join()


def extension(workers, size):
    """All of 64 MiB, in pieces of `size` bytes; hashlib releases the lock for
    those of 2048 bytes and more."""
    piece = bytes(size)
    calls = (64 << 20) // size // workers

    def work():
        for _ in range(calls):
            hashlib.sha256(piece)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"extension_s: {time.perf_counter() - start:.4f}")
    return calls * workers * size >> 20, 64


if __name__ == "__main__":
    arguments = [int(text) for text in sys.argv[2:]]
    if sys.argv[1] == "serve":
        serve(*arguments)
    else:
        print("CPython", *sys.argv[1:])
        result, expected = globals()[sys.argv[1]](*arguments)
        print(f"result: {result} (expected {expected})")
        sys.exit(0 if result == expected else 4)
