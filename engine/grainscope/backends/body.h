// A function without its type, for as long as a call lasts.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>

namespace grainscope::backends {

/// A reference to a function that takes Arguments: what calls it is compiled once for all functions. It costs an
/// indirect call. The function must outlive it.
template <class... Arguments>
class BodyReference {
  public:
    template <class F>
    requires(std::invocable<F&, Arguments...> && !std::same_as<std::remove_cvref_t<F>, BodyReference>)
        BodyReference(F&& body)
    noexcept  // NOLINT(google-explicit-constructor): a lambda stands for it at every call
        : body_(const_cast<void*>(static_cast<const void*>(std::addressof(body)))),
          call_([](void* erased, Arguments... arguments) {
              (*static_cast<std::remove_reference_t<F>*>(erased))(arguments...);
          }) {}

    void operator()(Arguments... arguments) const { call_(body_, arguments...); }

  private:
    void* body_;
    void (*call_)(void*, Arguments...);
};

}  // namespace grainscope::backends
