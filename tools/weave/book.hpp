// The book on the disk: its pages, chapters, labels and references.
#pragma once

#include "markers.hpp"
#include "tools/report/claims.hpp"
#include "tools/report/page.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>

class book {
  public:
    // `root` has the directory chapters. Reads every reference.json; throws
    // std::runtime_error for one that cannot be read.
    explicit book(std::filesystem::path root);

    // README.md, book.md and the chapters' pages.
    std::vector<std::filesystem::path> pages() const;

    // "04-data-parallelism" for a page of it; empty for the others.
    std::string chapter_of(const std::filesystem::path& page) const;

    // What is claimed on all pages of a chapter: its verdicts belong together.
    std::vector<stated_claim> claims_of(const std::string& chapter) const;

    // The references, that of `chapter` first.
    library references(const std::string& chapter) const;

    // Throws std::runtime_error unless a time.sh declares `label`.
    void require_declared(const std::string& label);

    // Anchors of headings, as GitHub makes them: "## How? So!" is #how-so.
    static std::set<std::string> anchors(const text_lines& page);

  private:
    std::filesystem::path root_;
    std::vector<std::string> chapters_;
    std::map<std::string, chapter> references_;
    std::set<std::string> declared_; // asked for when first needed
};

// The links of a page that lead nowhere: no such file, heading or line.
std::vector<complaint> dead_links(const std::filesystem::path& page,
                                  const text_lines& lines);
