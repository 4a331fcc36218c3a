// SPDX-License-Identifier: BSL-1.0
//
// The head parser, written once for every `Scan`. Included by head_parser.cpp only, once for each
// instruction set and each time inside another namespace, so that the compiler may use those
// instructions throughout.
//
// Each stage reads one element that began at `state.mark`; `p` is where the scan goes on.

struct parser {
  const char* message;
  const char* end;
  const head_limits& limits;
  head& state;
  fields& to;

  using stage = head::stage;

  std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - message); }

  parse_state more(const char* p, stage at) {
    state.at = at;
    state.position = offset(p);
    return offset(p) >= limits.size ? fail(p, rule::head_too_large) : parse_state::need_more;
  }

  parse_state fail(const char* p, rule broken) {
    // A limit that lies before the fault was passed first, however the bytes were cut.
    const bool too_large = offset(p) >= limits.size;
    state.broken = too_large ? rule::head_too_large : broken;
    state.position = too_large ? static_cast<std::uint32_t>(limits.size) : offset(p);
    return parse_state::failed;
  }

  // What is wrong with a byte that no line may hold.
  static rule rule_of(char c) {
    return c == '\n' ? rule::bare_lf : c == '\r' ? rule::bare_cr : rule::control_byte;
  }

  parse_state run() {
    const char* p = message + state.position;
    switch (state.at) {
      case stage::start:
        state.mark = offset(p);
        [[fallthrough]];
      case stage::method:
        return method(p);
      case stage::target:
        return target(p);
      case stage::version:
        return version(p);
      case stage::line_start:
        return lines(p);
      case stage::name:
        return resume_name(p);
      case stage::value:
        return resume_value(p);
      case stage::value_line_end:
        return resume_line_end(p);
      case stage::head_line_end:
        return head_end(p);
    }
    return parse_state::failed;
  }

  parse_state method(const char* p) {
    p = Scan::token_end(p);
    if (p == end) return more(p, stage::method);
    if (offset(p) == state.mark || *p != ' ') {
      return fail(p, is_control(*p) ? rule_of(*p) : rule::method_syntax);
    }
    state.method = {state.mark, offset(p) - state.mark};
    state.mark = offset(p + 1);
    return target(p + 1);
  }

  parse_state target(const char* p) {
    p = Scan::target_end(p);
    const std::uint32_t size = offset(p) - state.mark;
    if (size > limits.target) {
      return fail(message + state.mark + limits.target + 1, rule::target_too_long);
    }
    if (p == end) return more(p, stage::target);
    if (*p == '\r') return fail(p, rule::version_syntax);  // HTTP/0.9
    if (size == 0 || *p != ' ') {
      return fail(p, is_control(*p) ? rule_of(*p) : rule::target_syntax);
    }
    state.target = {state.mark, size};
    state.mark = offset(p + 1);
    return version(p + 1);
  }

  // "HTTP/1.1" CRLF, compared byte by byte so that the verdict does not wait for more than it
  // needs.
  parse_state version(const char* p) {
    static constexpr std::string_view usual = "HTTP/1.1\r\n";
    if (offset(p) == state.mark && end - p >= 10 && std::memcmp(p, usual.data(), 10) == 0) {
      state.version_minor = 1;
      return lines(p + 10);
    }
    static constexpr char expected[] = "HTTP/d.d\r\n";
    for (; p != end; ++p) {
      const std::uint32_t i = offset(p) - state.mark;
      if (expected[i] == 'd' ? !base::is_digit(*p) : expected[i] != *p) {
        if (i == 9) return fail(p, rule::bare_cr);
        return fail(p, is_control(*p) && *p != '\r' ? rule_of(*p) : rule::version_syntax);
      }
      if (i == 9) return version_done(p + 1);
    }
    return more(p, stage::version);
  }

  parse_state version_done(const char* p) {
    // Known at the end of the line only, so that is where it is: a limit before it comes first.
    if (p[-5] != '1') return fail(p - 1, rule::version_unsupported);
    // A higher minor version is a 1.1 with things to ignore (RFC 9110 section 2.5).
    state.version_minor = p[-3] == '0' ? 0 : 1;
    return lines(p);
  }

  // The field lines, from the start of one: the loop of the parser.
  parse_state lines(const char* p) {
    for (;;) {
      if (p == end) return more(p, stage::line_start);
      if (*p == '\r') return head_end(p);
      if (field_sink::size(to) == limits.fields) return fail(p, rule::too_many_fields);
      const char* const name = p;
      // A name may hold no byte that its line may not, so that the two scans can go side by side.
      const char* const line_end = Scan::value_end(name);
      p = Scan::token_end(name);
      if (p == end) return more_of(name, p, stage::name);
      if (*p != ':' || p == name) return bad_name(name, p);
      const char* const colon = p;
      p = line_end;
      if (p == end) return more_of(name, colon, p, stage::value);
      if (*p != '\r') return fail(p, rule_of(*p));
      if (p + 1 == end) return more_of(name, colon, p, stage::value_line_end);
      if (p[1] != '\n') return fail(p, rule::bare_cr);
      add(name, colon, p);
      p += 2;
    }
  }

  parse_state more_of(const char* name, const char* p, stage at) {
    state.mark = offset(name);
    return more(p, at);
  }

  parse_state more_of(const char* name, const char* colon, const char* p, stage at) {
    state.name_size = offset(colon) - offset(name);
    return more_of(name, p, at);
  }

  parse_state resume_name(const char* p) {
    const char* const name = message + state.mark;
    p = Scan::token_end(p);
    if (p == end) return more(p, stage::name);
    if (*p != ':' || p == name) return bad_name(name, p);
    state.name_size = offset(p) - state.mark;
    return resume_value(p + 1);
  }

  parse_state resume_value(const char* p) {
    p = Scan::value_end(p);
    if (p == end) return more(p, stage::value);
    if (*p != '\r') return fail(p, rule_of(*p));
    return resume_line_end(p);
  }

  parse_state resume_line_end(const char* p) {
    if (p + 1 == end) return more(p, stage::value_line_end);
    if (p[1] != '\n') return fail(p, rule::bare_cr);
    const char* const name = message + state.mark;
    add(name, name + state.name_size, p);
    return lines(p + 2);
  }

  parse_state bad_name(const char* name, const char* p) {
    if (*p == ' ' || *p == '\t') {
      if (p != name) return fail(p, rule::space_before_colon);
      return fail(p, field_sink::size(to) == 0 ? rule::space_before_field : rule::obs_fold);
    }
    // A line end: the colon is missing.
    return fail(p, is_control(*p) && *p != '\r' ? rule_of(*p) : rule::field_name);
  }

  parse_state head_end(const char* p) {
    if (p + 1 == end) return more(p, stage::head_line_end);
    if (p[1] != '\n') return fail(p, rule::bare_cr);
    state.size = offset(p) + 2;
    if (state.size > limits.size) return fail(message + limits.size, rule::head_too_large);
    return parse_state::done;
  }

  void add(const char* name, const char* colon, const char* value_end) {
    const char* value = colon + 1;
    while (value != value_end && (*value == ' ' || *value == '\t')) ++value;
    while (value_end != value && (value_end[-1] == ' ' || value_end[-1] == '\t')) --value_end;
    const auto name_size = static_cast<std::uint32_t>(colon - name);
    field_sink::add(to, field_from({name, name_size}), {offset(name), name_size},
                    {offset(value), static_cast<std::uint32_t>(value_end - value)});
  }

  static bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  }
};

inline parse_state parse(const char* message, std::size_t size, const head_limits& limits,
                         head& state, fields& to) {
  return parser{message, message + size, limits, state, to}.run();
}
