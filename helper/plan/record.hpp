// A Record says whose a container is. It is kept on the server under the container's id: a label would be handed on to
// every image that is made of the container, and to what is started from it.
#pragma once

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

struct Record {
  std::string container;  // the whole id
  std::string nonce;      // the container's label k_label_nonce says the same; "" for a container that has none
  Person owner;
  std::string project;                 // the project's folder on the owner's machine; "" when there is none
  std::vector<std::string> host_keys;  // public halves, "TYPE BASE64"; the private ones are in the record's volume
  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace helper::plan
