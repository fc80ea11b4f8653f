// The interpreter's entry as the versions of an IDE want it: since 2023.3 a "target", before that an sftp:// address.
#pragma once

#include "ide/formats.hpp"
#include "ide/wanted.hpp"
#include "ide/xml_edit.hpp"

#include <string>

namespace helper::ide {

[[nodiscard]] Element sdk_element(const Wanted& wanted, const Product& product);
[[nodiscard]] Element sdk_roots();
[[nodiscard]] Element sdk_additional(const Wanted& wanted, const Product& product);
[[nodiscard]] std::string sdk_home(const Wanted& wanted, const Product& product);
[[nodiscard]] std::string sdk_version(const Wanted& wanted);

// Sets in an <additional> what is not as wanted; false when it is in another form, and must be replaced.
[[nodiscard]] bool update_additional(Xml& xml, pugi::xml_node additional, const Wanted& wanted, const Product& product);

}  // namespace helper::ide
