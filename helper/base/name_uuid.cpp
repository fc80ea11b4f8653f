#include "base/name_uuid.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <stdexcept>

namespace helper {

// A random UUID: names of helper's collide with nobody else's.
constexpr std::string_view k_namespace = "268c4ba0-4573-435d-9e12-c179c4fd0d43";

std::string name_uuid(std::string_view name) { return name_uuid(name, k_namespace); }

std::string name_uuid(std::string_view name, std::string_view name_space) {
  try {
    const boost::uuids::uuid space = boost::uuids::string_generator()(name_space.begin(), name_space.end());
    return boost::uuids::to_string(boost::uuids::name_generator_sha1(space)(name.data(), name.size()));
  } catch (const std::runtime_error&) {
    return {};
  }
}

}  // namespace helper
