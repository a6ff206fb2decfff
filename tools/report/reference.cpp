#include "reference.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <set>
#include <stdexcept>

using json = nlohmann::ordered_json;

// One array per column, one element per round: small, and easy to read by eye.
static json columns(const std::vector<sample>& samples) {
    json all = json::object();
    std::set<std::string> names;
    for (const sample& one : samples) {
        all["time"].push_back(one.timed.value().wall);
        all["user"].push_back(one.timed->user);
        all["system"].push_back(one.timed->system);
        for (const auto& [name, text] : one.printed.figures)
            names.insert(name);
    }
    for (const std::string& name : names)
        for (const sample& one : samples) {
            const auto found = one.printed.figures.find(name);
            all["figures"][name].push_back(
                found == one.printed.figures.end() ? "" : found->second);
        }
    return all;
}

std::string to_reference(const chapter& measured) {
    const auto refuse = [](const std::string& why) {
        throw std::runtime_error("no reference: " + why);
    };
    if (measured.problems.empty() || !measured.warnings.empty())
        refuse(measured.warnings.empty() ? "nothing was measured"
                                         : measured.warnings.front());
    // Pretty down to the labels, one line each.
    std::string text =
        fmt::format("{{\n\"title\": {},\n\"machine\": {},\n\"problems\": [",
                    json(measured.title).dump(), json(measured.machine).dump());
    const char* between = "\n";
    for (const problem& one : measured.problems) {
        text +=
            fmt::format("{}{{\"name\": {}, \"title\": {}, \"figure\": {}, "
                        "\"race\": {}, \"notes\": {}, \"published\": {}, "
                        "\"labels\": [",
                        between, json(one.name).dump(), json(one.title).dump(),
                        json(one.figure).dump(), one.race,
                        json(one.notes).dump(), json(one.published).dump());
        between = "\n";
        for (const label& of : one.labels) {
            if (of.kind != "absent" && !of.trouble.empty())
                refuse(of.name + ": " + of.trouble);
            json line = {{"name", of.name}, {"kind", of.kind}};
            if (of.kind == "absent") {
                line["why"] = of.trouble;
            } else {
                line["configuration"] = of.samples.at(0).printed.configuration;
                line["rounds"] = columns(of.samples);
            }
            if (!of.again.empty())
                line["again"] = columns(of.again);
            if (!of.beside.empty())
                line["beside"] = of.beside;
            text += between + line.dump();
            between = ",\n";
        }
        text += "]}";
        between = ",\n";
    }
    return text + "]}\n";
}

static std::vector<sample> to_samples(const json& all) {
    const json figures = all.value("figures", json::object());
    std::vector<sample> samples;
    for (std::size_t round = 0; round < all.at("time").size(); ++round) {
        sample one;
        one.timed = run{all.at("time").at(round), all.at("user").at(round),
                        all.at("system").at(round), 0};
        for (const auto& [name, texts] : figures.items())
            if (const std::string text = texts.at(round); !text.empty())
                one.printed.figures[name] = text;
        samples.push_back(std::move(one));
    }
    return samples;
}

chapter read_reference(std::string_view text) try {
    const json all = json::parse(text);
    chapter read;
    read.title = all.at("title");
    read.machine = all.at("machine");
    for (const json& one : all.at("problems")) {
        problem next{one.at("name"),   one.at("title"),
                     one.at("figure"), {},
                     one.at("notes"),  one.value("race", true)};
        next.published = one.value("published", next.published);
        for (const json& line : one.at("labels")) {
            label of;
            of.name = line.at("name");
            of.kind = line.at("kind");
            if (of.kind == "absent") {
                of.trouble = line.at("why");
            } else {
                of.samples = to_samples(line.at("rounds"));
                of.samples.at(0).printed.configuration =
                    line.at("configuration");
            }
            of.beside = line.value("beside", of.beside);
            if (line.contains("again"))
                of.again = to_samples(line.at("again"));
            of.rounds = of.samples.size();
            next.labels.push_back(std::move(of));
        }
        read.problems.push_back(std::move(next));
    }
    return read;
} catch (const std::exception& error) { // of the JSON library, or at()
    throw std::runtime_error(
        fmt::format("reference.json cannot be read ({})", error.what()));
}
