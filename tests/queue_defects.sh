#!/usr/bin/env bash
# Are the tests of the queue and of the pool any good? Each defect here is put
# into a copy of the headers; the case that it names must fail, crash or hang.
# With the headers as they are, all cases must pass.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016 # perl's dollars
source "$(dirname "$0")/lib.sh"

compiler=${CXX:-g++}
catch_main=$(dirname "$bin")/tests/libcatch_main.a
if [[ -e $catch_main ]]; then # version 2: see CMakeLists.txt
    catch=("$catch_main")
else
    catch=(-DMANY_HANDS_CATCH_3 -lCatch2Main -lCatch2)
fi
# What of the pool is no header; the copy's comes first.
pool_parts='#include "02-threads/parts/thread_pool.cpp"'
names=()

# The tests without all cases but NAME: that is compiled in a third of the time.
only() { # NAME FILE
    awk -v name="TEST_CASE(\"$1\"" '
        /^TEST_CASE\(/ { mine = index($0, name) == 1; found += mine; case = 1 }
        !case || mine
        /^}/ { case = 0 }
        END { exit found != 1 }' "$2"
}

# defect NAME HEADER CASE PERL: seeds it. PERL is a substitution, or several
# joined by &&, which must happen.
defect() {
    local copy=$work/$1 tests=test_queues
    mkdir -p "$copy/02-threads"
    cp -r "$root"/chapters/02-threads/{*.hpp,parts} "$copy/02-threads"
    [[ $2 != *pool* ]] || tests=test_thread_pool
    local file=$2
    [[ $2 == *.cpp ]] || file=$2.hpp
    checks=$((checks + 2))
    only "$3" "$root/tests/$tests.cpp" >"$copy/test.cpp" ||
        fail "$1: there is no case '$3'"
    [[ $tests != *pool ]] || echo "$pool_parts" >>"$copy/test.cpp"
    perl -0pi -e "\$seeded = ($4); END { exit !\$seeded }" \
        "$copy/02-threads/$file" || fail "$1: could not be seeded"
    echo "$3" >"$copy/case"
    names+=("$1")
}
control() { # NAME TESTS
    mkdir -p "$work/$1"
    {
        cat "$root/tests/$2.cpp"
        [[ $2 != *pool ]] || echo "$pool_parts"
    } >"$work/$1/test.cpp"
    names+=("$1")
}

build() { # NAME
    local copy=$work/$1
    "$compiler" -std=c++20 -O1 -I"$copy" -I"$root" -I"$root/chapters" \
        -I"$root/tests" "$copy/test.cpp" "${catch[@]}" \
        "$(dirname "$bin")/libcommon.a" -lfmt -pthread \
        -o "$copy/test" >"$copy/log" 2>&1
}
# The status of the tests goes into a file; it is 124 for those that hang.
# Nothing that does not hang takes 20 s, but all cases together may.
run() { # NAME
    local copy=$work/$1 status=0 limit=20
    [[ $1 != control_* ]] || limit=200
    timeout -k 5 "$limit" "$copy/test" --abort >"$copy/log" 2>&1 || status=$?
    echo "$status" >"$copy/status"
}
build_and_run() { # NAME SLOT
    (
        flock 9
        build "$1"
    ) 9>"$work/slot$2" && run "$1"
}

control control_queues test_queues
control control_pool test_thread_pool

# --- The queue ------------------------------------------------------------------

queue() { defect "$1" bounded_queue "$2" "$3"; }

queue put_wakes_nobody "as many getters wake as there are items" \
    's/has_item_\.notify_all\(\);(\s+return true)/$1/'
queue get_wakes_nobody "as many putters wake as there is room" \
    's/has_room_\.notify_all\(\);(\s+return item)/$1/'
queue get_looks_once "a getter that wakes for nothing goes on waiting" \
    's/(has_item_\.wait\(lock), \[this\].*?\}\);/if (items_.empty() && !closed_) $1);/s'
queue put_looks_once "a putter that wakes for nothing goes on waiting" \
    's/(has_room_\.wait\()\s*(lock),\s+\[this\].*?\}\);/if (items_.size() >= capacity_ && !closed_) $1$2);/s'
queue one_too_many "every item comes out once, each producer's in order" \
    's/items_\.size\(\) < capacity_/items_.size() <= capacity_/'
queue get_unlocks_early "one thread at a time touches what is inside" \
    's/(std::optional<Item> item\()/lock.unlock(); $1/'
queue put_unlocks_early "one thread at a time touches what is inside" \
    's/(items_\.push)/lock.unlock(); $1/'
queue close_wakes_no_getter "close ends every get" \
    's/(closed_ = true;\s+)has_item_\.notify_all\(\);/$1/'
queue close_wakes_one_getter "close ends every get" \
    's/(closed_ = true;\s+has_item_\.)notify_all/$1notify_one/'
queue close_wakes_no_putter \
    "close ends every put, and what is inside still comes out" \
    's/(closed_ = true;\s+.*\s+)has_room_\.notify_all\(\);/$1/'
queue put_ignores_close \
    "close ends every put, and what is inside still comes out" \
    's/if \(closed_\)\s+return false;//'
queue close_loses_items "first in, first out; or last; or the largest" \
    's/if \(items_\.empty\(\)\)/if (items_.empty() || closed_)/'
queue no_room_at_all "a queue without room is refused, with a reason" \
    's/if \(capacity == 0\)/if (false)/'

tasks() { defect "$1" task_queue "$2" "$3"; }

tasks put_wakes_nobody_up "tasks: one ends a get" \
    's/if \(was_empty\)\s+has_item_\.notify_one\(\);//'
tasks getter_wakes_no_getter "tasks: as many getters wake as there are tasks" \
    's/if \(more_items\)\s+has_item_\.notify_one\(\);//'
tasks tasks_close_wakes_nobody \
    "tasks: close ends every get, refuses puts, and loses nothing" \
    's/(closed_ = true;\s+)has_item_\.notify_all\(\);/$1/'
tasks tasks_close_wakes_one \
    "tasks: close ends every get, refuses puts, and loses nothing" \
    's/(closed_ = true;\s+has_item_\.)notify_all/$1notify_one/'
tasks tasks_put_ignores_close \
    "tasks: close ends every get, refuses puts, and loses nothing" \
    's/if \(closed_\)\s+return false;//'
tasks tasks_close_loses_them \
    "tasks: close ends every get, refuses puts, and loses nothing" \
    's/while \(items_\.empty\(\)\)/while (items_.empty() || closed_)/'

condition() { defect "$1" futex_condition "$2" "$3"; }

# The moment between the last look and the sleep is made longer here, so that
# the item comes just then: the test waits until the getter sleeps, in
# whichever way. The control has the long moment, and no defect.
long_moment='s/(lock\.unlock\(\);)/$1 ::usleep(100000);/'
condition control_long_moment "tasks: one ends a get" \
    "$long_moment"
condition notified_is_not_counted "tasks: one ends a get" \
    "$long_moment && s/\+\+notified_;//"
condition looks_without_the_lock "tasks: one ends a get" \
    "$long_moment"' && s/(const std::uint32_t seen = notified_;)((.*\n)*?.*lock\.unlock.*\n)/$2$1/'
condition first_waiter_is_not_seen "tasks: one ends a get" \
    's/while \(waiting > 0\)/while (waiting > 1)/'
condition never_late "a wait with a limit ends when it is over, and says so" \
    's/return errno != ETIMEDOUT;/return true;/'

# --- The pool -------------------------------------------------------------------

task() { defect "$1" pool_task "$2" "$3"; }
pool() { defect "$1" thread_pool "$2" "$3"; }
part() { defect "$1" parts/thread_pool.cpp "$2" "$3"; }

task begun_twice "get waits for the thread that has begun the task" \
    's/return state_\.compare_exchange_strong\(expected, state::runs\)/
        return state_.exchange(state::runs) != state::ended/'
task begun_again "what a task throws comes out of get, and the worker works on" \
    's/return state_\.compare_exchange_strong\(expected, state::runs\)/
        return state_.exchange(state::runs) == expected/'
task get_only_waits "a task submits another to a pool of one thread, and waits" \
    's/(void run_or_wait\(\) \{\s+)run\(\);/$1/'
task end_tells_nobody "get waits for the thread that has begun the task" \
    's/state_\.notify_all\(\);//'
task error_is_swallowed \
    "what a task throws comes out of get, and the worker works on" \
    's/this->error_ = std::current_exception\(\);//'
task cancelled_is_run \
    "the destructor stops: what nobody has begun is cancelled" \
    's/if \(!wanted\)/if (false)/'
task function_is_kept "what a task has captured goes when it has run" \
    's/function_\.reset\(\);//'
part stop_cancels_nothing \
    "the destructor stops: what nobody has begun is cancelled" \
    's/while \(const auto task = tasks_\.get\(\)\)\s+task->cancel\(\);//'
part stop_does_not_join "a pool leaves no thread" 's/threads_\.clear\(\);//'
part half_a_pool "no thread to be had: said at once, and those that began end" \
    's/(catch.*\n\s+)tasks_\.close\(\);/$1/'
pool submit_after_stop \
    "submit after stop: the function is destroyed, and never runs" \
    's/if \((!tasks_\.put.*)\)\n.*throw.*;/static_cast<void>($1);/'
part loop_does_not_wait "the caller waits for a helper that is still at work" \
    's/at_work_\.wait\(now\);/break;/'
# The moment between taking a number and saying so is made longer here, for the
# helpers much longer than for the caller, who is the main thread.
pool at_work_too_late "when parallel_for returns, no body runs" \
    's/\+\+at_work_;/bool counted = false;/ && s/(\.fetch_add\(chunk_\);)/$1
        if (!counted) {
            if (first < count_)
                ::usleep(::gettid() == ::getpid() ? 1000 : 20000);
            ++at_work_;
            counted = true;
        }/'
pool loop_swallows_errors \
    "what a body throws comes out of parallel_for, and ends it" \
    's/(if \(!error_\)\s+)error_ = std::current_exception\(\);/$1 {}/'
pool loop_goes_on \
    "when a body has thrown, the others begin no chunk any more" \
    's/next_ = count_;//'
pool chunk_too_long "parallel_for calls its body once for each number" \
    's/std::min\(first \+ chunk_, count_\)/first + chunk_/'

# --- All of them ----------------------------------------------------------------

# As many build as there are CPUs. More run: those that hang need none.
for i in "${!names[@]}"; do
    while (($(jobs -rp | wc -l) >= 10)); do wait -n; done
    build_and_run "${names[i]}" $((i % $(nproc))) 2>/dev/null &
done
wait

caught=0
for name in "${names[@]}"; do
    checks=$((checks + 1))
    copy=$work/$name status="not built"
    [[ ! -e $copy/status ]] || status=$(<"$copy/status")
    case $name/$status in
    control_*/0) ;;
    control_* | */"not built") fail "$name: $status: $(<"$copy/log")" ;;
    */0) fail "$name was not caught by '$(<"$copy/case")'" ;;
    *)
        caught=$((caught + 1))
        printf '%-30s %3s  %s\n' "$name" "$status" "$(<"$copy/case")"
        ;;
    esac
done
echo "$caught defects caught of $((${#names[@]} - 3)); 124: by a hang"
