/** Server-sent events read from a fetch, which, unlike EventSource, can post a question. */

/** {event, id, data} one after the other; `data` is parsed JSON. Ends when the response ends. */
export async function* eventsOf(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest = (rest + decoder.decode(value, { stream: true })).replaceAll("\r\n", "\n");
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = fieldsOf(block);
      if (event.data) yield { ...event, data: JSON.parse(event.data) };
    }
  }
}

function fieldsOf(block) {
  const fields = {};
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at < 1) continue; // a comment keeps the connection open and says nothing
    const name = line.slice(0, at);
    const text = line.slice(at + 1).replace(/^ /, "");
    fields[name] = name === "data" && fields.data ? `${fields.data}\n${text}` : text;
  }
  return fields;
}
