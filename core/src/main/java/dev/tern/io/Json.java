package dev.tern.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON (RFC 8259) of safetensors' headers, to the letter: no key twice, no
 * comma too many, no number that 64 bits do not hold, and nothing deeper than {@link #DEEPEST}.
 */
final class Json {
  private static final int DEEPEST = 32;
  private static final int LONGEST_NUMBER = 100;
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /**
   * Parses a text: objects as ordered maps, arrays as lists, whole numbers as Long, others as
   * Double.
   *
   * @throws FormatException if it is not JSON; says where
   */
  static @Nullable Object parse(String text) throws FormatException {
    Json json = new Json(text);
    Object value = json.value(0);
    json.space();
    if (json.at != text.length()) {
      throw json.unexpected("the end");
    }
    return value;
  }

  /** A string as JSON writes it. */
  static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private FormatException unexpected(String wanted) {
    String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
    return new FormatException(
        "the JSON has %s at character %d where %s should be".formatted(found, at, wanted));
  }

  private void space() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** Takes a character, after white space, if it is the next one. */
  private boolean take(char c) {
    space();
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void expect(char c) throws FormatException {
    if (!take(c)) {
      throw unexpected("'" + c + "'");
    }
  }

  private @Nullable Object value(int depth) throws FormatException {
    space();
    if (depth > DEEPEST) {
      throw new FormatException("JSON more than " + DEEPEST + " deep");
    }
    char next = at < text.length() ? text.charAt(at) : 0;
    return switch (next) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private @Nullable Object word(String word, @Nullable Object value) throws FormatException {
    if (!text.startsWith(word, at)) {
      throw unexpected("a value");
    }
    at += word.length();
    return value;
  }

  private Map<String, @Nullable Object> object(int depth) throws FormatException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    expect('{');
    if (take('}')) {
      return object;
    }
    do {
      space();
      String key = string();
      expect(':');
      if (object.containsKey(key)) {
        throw new FormatException("key %s occurs twice".formatted(Describe.quoted(key)));
      }
      object.put(key, value(depth + 1));
    } while (take(','));
    expect('}');
    return object;
  }

  private List<@Nullable Object> array(int depth) throws FormatException {
    List<@Nullable Object> array = new ArrayList<>();
    expect('[');
    if (take(']')) {
      return array;
    }
    do {
      array.add(value(depth + 1));
    } while (take(','));
    expect(']');
    return array;
  }

  private String string() throws FormatException {
    if (at == text.length() || text.charAt(at) != '"') {
      throw unexpected("a string");
    }
    at++;
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at);
      if (c < ' ') {
        throw unexpected("an escaped character");
      }
      at++;
      out.append(c == '\\' ? escaped() : c);
    }
    expect('"');
    for (int i = 0; i < out.length(); i++) {
      if (Character.isHighSurrogate(out.charAt(i))
          && i + 1 < out.length()
          && Character.isLowSurrogate(out.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(out.charAt(i))) {
        throw new FormatException("a string with half a character (a lone surrogate)");
      }
    }
    return out.toString();
  }

  private char escaped() throws FormatException {
    char c = at < text.length() ? text.charAt(at) : 0;
    int plain = "\"\\/bfnrt".indexOf(c);
    if (plain >= 0) {
      at++;
      return "\"\\/\b\f\n\r\t".charAt(plain);
    }
    int code = 0;
    for (int i = 1; i <= 4; i++) {
      int digit = c == 'u' && at + i < text.length() ? hex(text.charAt(at + i)) : -1;
      if (digit < 0) {
        throw unexpected("an escape");
      }
      code = 16 * code + digit;
    }
    at += 5;
    return (char) code;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1; // other scripts have digits too
  }

  private Number number() throws FormatException {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String number = text.substring(start, at);
    if (number.length() > LONGEST_NUMBER || !NUMBER.matcher(number).matches()) {
      at = start;
      throw unexpected("a value");
    }
    if (WHOLE.matcher(number).matches()) {
      try {
        return Long.parseLong(number);
      } catch (NumberFormatException e) {
        throw new FormatException("the number " + number + " is larger than 64 bits", e);
      }
    }
    return Double.parseDouble(number);
  }
}
