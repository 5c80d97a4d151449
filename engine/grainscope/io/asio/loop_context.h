// What a loop is made of. No header outside this folder includes Boost.
#pragma once

#include <boost/asio/io_context.hpp>

namespace grainscope::detail::async {

class LoopContext {
  public:
    // One thread runs it; others only post.
    boost::asio::io_context io{1};
};

}  // namespace grainscope::detail::async
