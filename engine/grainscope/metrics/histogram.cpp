#include <grainscope/metrics/histogram.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace grainscope {

void Histogram::merge(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < buckets; ++i) {
        if (const std::uint64_t n = other.counts_[i].load(relaxed)) counts_[i].fetch_add(n, relaxed);  // as in record
    }
}

std::uint64_t Histogram::count() const noexcept {
    std::uint64_t count = 0;
    for (const auto& n : counts_) count += n.load(relaxed);  // as in record
    return count;
}

std::optional<std::uint64_t> Histogram::quantile(double q) const {
    if (!(q >= 0 && q <= 1)) {
        throw std::invalid_argument("Histogram: the quantile is " + std::to_string(q) + "; it must be from 0 to 1");
    }
    const std::uint64_t total = count();
    if (total == 0) return std::nullopt;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
    const std::uint64_t rank = std::clamp<std::uint64_t>(wanted, 1, total);
    std::uint64_t seen = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        const std::uint64_t n = counts_[i].load(relaxed);  // as in record; a bucket only grows, so rank is reached
        seen += n;
        if (n != 0) last = i;
        if (seen >= rank) break;
    }
    return middle_of(last);
}

double Histogram::sum() const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        sum += static_cast<double>(counts_[i].load(relaxed)) * static_cast<double>(middle_of(i));  // as in record
    }
    return sum;
}

std::optional<double> Histogram::mean() const noexcept {
    std::uint64_t count = 0;
    double sum = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        const std::uint64_t n = counts_[i].load(relaxed);  // as in record
        count += n;
        sum += static_cast<double>(n) * static_cast<double>(middle_of(i));
    }
    if (count == 0) return std::nullopt;
    return sum / static_cast<double>(count);
}

std::uint64_t Histogram::count_at_most(std::uint64_t bound) const noexcept {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < buckets && largest_of(i) <= bound; ++i) count += counts_[i].load(relaxed);  // as above
    return count;
}

}  // namespace grainscope
