"""The sources' programs in Python: a pool of processes, with tiny tasks or
with prime numbers. Prints the figures that pool_dispatch and primes_* print.

    reference.py dispatch TASKS CHUNK
    reference.py primes WORKERS          0: without processes
"""
import math
import multiprocessing
import sys
import time

# As published_numbers of primes.hpp, with three digits less: Python is slower.
NUMBERS = [
    2, 142702110479, 299593572301, 3333333333301, 3333333333333,
    3333388623049, 4444444444439, 4444444444444, 4444637949361, 5555555555551,
    5555555555555, 5555576278729, 6666666666629, 6666666666666, 6666677524081,
    7777777777771, 7777777777777, 7777901854321, 9999999999971, 9999999999999,
]


def add_one(number):
    return number + 1


def is_prime(n):
    if n < 2 or n % 2 == 0:
        return n == 2
    for i in range(3, math.isqrt(n) + 1, 2):
        if n % i == 0:
            return False
    return True


def dispatch(tasks, chunk):
    with multiprocessing.Pool(2) as pool:
        start = time.perf_counter()
        results = pool.map(add_one, range(tasks), chunksize=chunk)
        seconds = time.perf_counter() - start
    print(f"tasks_per_s: {tasks / seconds:.0f}")
    return sum(results), tasks * (tasks + 1) // 2


def primes(workers):
    if workers == 0:
        return sum(map(is_prime, NUMBERS)), 9
    with multiprocessing.Pool(workers) as pool:
        return sum(pool.imap_unordered(is_prime, NUMBERS)), 9


if __name__ == "__main__":
    print("CPython", *sys.argv[1:])
    arguments = [int(text) for text in sys.argv[2:]]
    result, expected = globals()[sys.argv[1]](*arguments)
    print(f"result: {result} (expected {expected})")
    sys.exit(0 if result == expected else 4)
