// How throughput grows with the number of those who work:
//
//     x(n) = one * n / (1 + contention * (n - 1) + coherence * n * (n - 1))
//
// `one` is what one of them does alone. `contention` is the part of the work
// that only one can do at a time, as in Amdahl's law. `coherence` is what each
// costs each other one, and so what makes throughput fall again in the end.
//
// Source: Gunther, "Guerrilla Capacity Planning", 2007: the Universal
// Scalability Law. How it is fitted here is ours: n / x(n) is a polynomial.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

//> law
struct scalability_law {
    double one = 0, contention = 0, coherence = 0;

    // Of n workers; in the unit of `one`.
    double at(double n) const {
        return one * n / (1 + contention * (n - 1) + coherence * n * (n - 1));
    }

    // The number of workers with the most throughput; infinity if it never
    // falls.
    double best() const {
        if (contention + coherence >= 1)
            return 1;
        return coherence <= 0 ? std::numeric_limits<double>::infinity()
                              : std::sqrt((1 - contention) / coherence);
    }
};
//< law

// Least squares of the relative error of n / x(n) = a + b (n - 1) + c n (n -
// 1) with no term negative: the best of all fits that leave some terms out.
// Points are (n, x), three different n at least. The best number is known only
// if one of them lies beyond it.
inline scalability_law
fit_scalability(const std::vector<std::pair<double, double>>& points) {
    scalability_law best;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& used : {std::array{true, true, true},
                             {true, true, false},
                             {true, false, true},
                             {true, false, false}}) {
        // The normal equations, and in the last column their right sides.
        std::array<std::array<double, 4>, 3> m{};
        for (const auto& [n, x] : points) {
            const std::array terms = {1.0, n - 1, n * (n - 1)};
            const double weight = x * x / (n * n);
            for (std::size_t i = 0; i < 3; ++i) {
                for (std::size_t j = 0; j < 3; ++j)
                    m[i][j] += weight * terms[i] * terms[j];
                m[i][3] += weight * terms[i] * n / x;
            }
        }
        for (std::size_t i = 0; i < 3; ++i)
            if (!used[i])
                for (std::size_t j = 0; j < 4; ++j)
                    m[i][j] = m[j % 3][i] = i == j ? 1 : 0;
        for (std::size_t i = 0; i < 3; ++i) // Gauss and Jordan
            for (std::size_t row = 0; row < 3; ++row)
                if (const double part = m[row][i] / m[i][i]; row != i)
                    for (std::size_t j = 0; j < 4; ++j)
                        m[row][j] -= part * m[i][j];
        const double a = m[0][3] / m[0][0], b = m[1][3] / m[1][1],
                     c = m[2][3] / m[2][2];
        const scalability_law one = {1 / a, b / a, c / a};
        double error = 0;
        for (const auto& [n, x] : points)
            error += std::pow(x / one.at(n) - 1, 2);
        if (a > 0 && b >= 0 && c >= 0 && error < least) {
            best = one;
            least = error;
        }
    }
    return best;
}
