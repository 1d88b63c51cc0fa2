// MQTT's topics and filters: which texts are some, and what a filter takes.

const maxBytes = 65_535;

/** A topic to publish to: no wildcards, none of the broker's own. */
export function isTopic(text: string): boolean {
  return isPlain(text) && !/[+#]/.test(text) && !text.startsWith("$");
}

/** A filter to subscribe to: `+` one whole level, `#` the rest, as the last one; `$share/group/` before it shares its messages. */
export function isTopicFilter(text: string): boolean {
  const filter = withoutShare(text);
  if (filter === undefined || !isPlain(filter)) return false;
  const levels = filter.split("/");
  return levels.every(
    (level, index) => level === "+" || (level === "#" ? index === levels.length - 1 : !/[+#]/.test(level)),
  );
}

/** Whether the broker gives a message on `topic` to a subscriber of `filter`. */
export function takesTopic(filter: string, topic: string): boolean {
  const wanted = (withoutShare(filter) ?? filter).split("/");
  const found = topic.split("/");
  if (topic.startsWith("$") && (wanted[0] === "+" || wanted[0] === "#")) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= found.length || (level !== "+" && level !== found[index])) return false;
  }
  return wanted.length === found.length;
}

/** The filter itself; undefined for a share without a group or a filter. */
function withoutShare(text: string): string | undefined {
  if (!text.startsWith("$share/")) return text;
  return /^\$share\/[^/+#]+\/(.+)$/.exec(text)?.[1];
}

function isPlain(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) <= maxBytes && !/[\u0000-\u001f\u007f]/.test(text);
}
