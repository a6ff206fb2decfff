#include "machine.hpp"

#include "common/check.hpp"
#include "common/workers.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <sys/utsname.h>

#include <ctime>
#include <fstream>
#include <memory>

// What follows `key` and a separator on the first line that starts with it.
static std::string find_line(const char* path, const std::string& key) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(key)) {
            const auto at = line.find_first_not_of(" \t:=\"", key.size());
            const auto end = line.find_last_not_of('"');
            return at == line.npos ? "" : line.substr(at, end + 1 - at);
        }
    return "unknown";
}

static std::string first_line(const std::string& path) {
    std::ifstream in(path);
    std::string line;
    return std::getline(in, line) ? line : "unknown";
}

static std::string first_line_of_command(const char* command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command, "r"),
                                                     ::pclose);
    char line[256] = "";
    if (!pipe || std::fgets(line, sizeof line, pipe.get()) == nullptr)
        return "unknown";
    return std::string(line).substr(0, std::string(line).find('\n'));
}

static std::string now() {
    const std::time_t time = std::time(nullptr);
    char text[64];
    std::strftime(text, sizeof text, "%F %H:%M UTC", std::gmtime(&time));
    return text;
}

std::string describe_machine(const std::vector<std::string>& more) {
    utsname kernel{};
    check(uname(&kernel), "uname");
    const double quota = cpus_by_quota();
    const double gib =
        std::strtod(find_line("/proc/meminfo", "MemTotal").c_str(), nullptr)
        / (1 << 20);

    nlohmann::ordered_json machine;
    machine["date"] = now();
    machine["processor"] = find_line("/proc/cpuinfo", "model name");
    machine["CPUs we may use"] = fmt::format(
        "{}{}", usable_cores().size(),
        std::isinf(quota) ? "" : fmt::format(", quota {:g}", quota));
    machine["memory"] = fmt::format("{:.0f} GiB", gib);
    machine["system"] = find_line("/etc/os-release", "PRETTY_NAME") + ", "
                        + kernel.sysname + " " + kernel.release + " "
                        + kernel.machine;
    machine["frequency governor"] =
        first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    std::ifstream load("/proc/loadavg"); // of the last 1, 5 and 15 minutes
    std::string minute, minutes5, minutes15;
    load >> minute >> minutes5 >> minutes15;
    machine["load before"] = minute + " " + minutes5 + " " + minutes15;
    machine["compiler"] = MANY_HANDS_COMPILER;
    machine["timer"] = first_line_of_command("hyperfine --version");
    machine["fmt"] = fmt::format("{}.{}.{}", FMT_VERSION / 10000,
                                 FMT_VERSION / 100 % 100, FMT_VERSION % 100);
    for (const std::string& one : more)
        machine[one.substr(0, one.find('='))] = one.substr(one.find('=') + 1);
    return machine.dump(2);
}
