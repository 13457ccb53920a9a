#include <tocsin/sink.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string_view>

namespace {

struct BindsNothing : tocsin::Sink {
    static constexpr std::string_view name = "binds-nothing";
    explicit BindsNothing(tocsin::Host) {}
    std::unique_ptr<tocsin::Binding> bind(const tocsin::Options&) override { return nullptr; }
    void send(tocsin::Delivery) override {}
};

}  // namespace

TEST_CASE("a bind that returns nothing is an error") {
    const auto& kind = tocsin::detail::sink_kind<BindsNothing>;
    const tocsin_host host{};
    char text[100];
    tocsin_error error{text, sizeof text, 0};
    void* instance = nullptr;
    REQUIRE(kind.create(&host, nullptr, 0, &instance, &error) == TOCSIN_OK);
    void* binding = nullptr;
    CHECK(kind.bind(instance, nullptr, 0, &binding, &error) == TOCSIN_FAILED);
    CHECK(std::string_view{text, error.size} == "the plugin's bind has returned nothing");
    CHECK(binding == nullptr);
    kind.destroy(instance);
}
