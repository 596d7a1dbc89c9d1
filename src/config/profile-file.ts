// The INI format of the SDK's profile file, as far as the SDK writes it: sections, keys in any case, values on one
// line, comments on lines of their own.

/** The keys of one section, in lower case; empty where there is no such section. The last of several counts. */
export function parseProfile(text: string, section: string): Map<string, string> {
  const values = new Map<string, string>();
  let isInSection = false;
  for (const line of text.replace(/^\ufeff/u, '').split(/\r?\n/u)) {
    const trimmed = line.trim();
    const header = /^\[(.*)\]$/u.exec(trimmed);
    if (header !== null) {
      isInSection = header[1] === section;
    } else if (isInSection && !/^[#;]/u.test(trimmed)) {
      const [, key, value] = /^([^=:]+)[=:](.*)$/u.exec(trimmed) ?? [];
      if (key !== undefined && value !== undefined) values.set(key.trim().toLowerCase(), value.trim());
    }
  }
  return values;
}
