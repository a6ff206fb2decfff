// Hands an open file or socket to another process: a number of ours is no use
// there, so the kernel makes one that means the same.
//
// Source: unix(7), SCM_RIGHTS; cmsg(3).
#pragma once

#include "common/check.hpp"
#include "common/descriptor.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstring>
#include <stdexcept>

//> send
// A message of one byte, and room for a descriptor beside it.
struct message_with_descriptor {
    message_with_descriptor() {
        header.msg_iov = &data;
        header.msg_iovlen = 1;
        header.msg_control = room.data();
        header.msg_controllen = room.size();
    }
    message_with_descriptor(const message_with_descriptor&) = delete;
    char byte = 0;
    iovec data = {&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr header = {};
};

// Sends `fd` through a Unix socket.
inline void send_descriptor(int through, int fd) {
    message_with_descriptor message;
    cmsghdr* rights = CMSG_FIRSTHDR(&message.header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    check(::sendmsg(through, &message.header, MSG_NOSIGNAL), "sendmsg");
}
//< send

// Waits for one. Throws runtime_error if the other side has hung up.
inline descriptor receive_descriptor(int through) {
    message_with_descriptor message;
    check(::recvmsg(through, &message.header, MSG_CMSG_CLOEXEC), "recvmsg");
    const cmsghdr* rights = CMSG_FIRSTHDR(&message.header);
    if (rights == nullptr || rights->cmsg_level != SOL_SOCKET
        || rights->cmsg_type != SCM_RIGHTS
        || rights->cmsg_len != CMSG_LEN(sizeof(int)))
        throw std::runtime_error("no descriptor came");
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
    return descriptor(fd);
}
