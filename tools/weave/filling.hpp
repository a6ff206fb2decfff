// What belongs between the markers of one page.
#pragma once

#include "book.hpp"
#include "tools/report/page.hpp"

#include <filesystem>
#include <string>

// Fills the markers of `page`, which `text` is the text of. `bin` holds the
// programs that transcripts run; the book is the current directory.
class filling {
  public:
    filling(book& of, std::filesystem::path page, const std::string& text,
            std::string bin);

    // Throws std::runtime_error that says what is wrong.
    text_lines operator()(const marker& at, const text_lines& body);

  private:
    text_lines code(const std::string& argument) const;
    text_lines output(const std::string& argument,
                      const text_lines& body) const;
    text_lines table_of(const std::string& argument) const;
    text_lines verdicts() const;
    // Of these problems, by name; of all if none is named.
    text_lines machine(const std::string& problems) const;
    text_lines figure(const std::string& expression) const;
    std::string check_claim(const marker& at) const;

    const chapter& reference() const; // of the page's own chapter
    void require_declared(const std::string& expression) const;

    book& book_;
    std::filesystem::path page_;
    std::string chapter_, bin_;
    library library_;
    std::vector<stated_claim> claims_; // of the whole page
    std::size_t together_;             // verdicts of the chapter that scatter
};
