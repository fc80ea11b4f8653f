// A Record says whose a container is. It is kept on the server under the container's id: a label would be handed on to
// every image that is made of the container, and to what is started from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace helper::plan {

// Somebody who uses helper. The same person may use several machines, with one id.
struct Person {
  std::string id;       // 32 hexadecimal digits, made once
  std::string name;     // what people read: the account's name
  std::string machine;  // the host name of the machine that they use
  friend bool operator==(const Person&, const Person&) = default;
};

// A text by which a container knows the person again, and from which the id cannot be told. 32 hexadecimal digits.
[[nodiscard]] std::string person_mark(const Person& person);
// The user id of the person in every container that several people share, so that their files stay theirs when the
// container is recreated: 20000 to 59999, where engines that map ids have one too.
[[nodiscard]] std::uint32_t person_uid(const Person& person);

struct Record {
  std::string container;  // the whole id
  std::string nonce;      // the container's label k_label_nonce says the same; "" for a container that has none
  Person owner;
  std::string project;                 // the project's folder on the owner's machine; "" when there is none
  std::vector<std::string> host_keys;  // public halves, "TYPE BASE64"; the private ones are in the record's volume
  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace helper::plan
