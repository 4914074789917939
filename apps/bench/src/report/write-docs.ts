const BEGIN = "<!-- measured: `npm run bench -- --docs` writes what is between these two lines -->";
const END = "<!-- end of what was measured -->";

/** Puts what was measured into its place in a document, whose words stay as they are. */
export function putBetweenMarkers(document: string, measured: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document has no place for it: ${BEGIN} ... ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${measured}\n\n${document.slice(end)}`;
}
