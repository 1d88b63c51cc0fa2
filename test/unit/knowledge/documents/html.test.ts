import { describe, expect, test } from "bun:test";
import { htmlText, readHtml } from "../../../../src/knowledge/documents/html.ts";

describe("readHtml", () => {
  test("puts text under its headings, and the title over what has none", () => {
    const page = "<title>Pump &amp; valve</title><p>intro<h2>Care</h2><p>a</p><h1>Pump <i>7</i></h1>b<h3>Deep</h3><p>c";
    expect(readHtml(page)).toEqual({
      title: "Pump & valve",
      sections: [
        { headings: ["Pump & valve"], text: "intro" },
        { headings: ["Pump & valve", "Care"], text: "a" },
        { headings: ["Pump 7"], text: "b" },
        { headings: ["Pump 7", "Deep"], text: "c" },
      ],
    });
  });

  test("leaves out scripts, styles, navigation and what is not drawn", () => {
    const page =
      "<style>p{}</style><nav><ul><li><h2>menu</h2></ul></nav><script>if (a < b) '<p>x</p>'</script><!-- c --><noscript>n</noscript><template><p>t</p></template><svg><text>s</text></svg>seen<footer>f</footer>";
    expect(readHtml(page).sections).toEqual([{ headings: [], text: "seen" }]);
  });

  test("reads character references once", () => {
    expect(htmlText("&lt;b&gt; &amp;lt; &copy;&#8364;&#x41;&nbsp;&NotEqualTilde; &nosuch; &#0; R&D")).toBe(
      "<b> &lt; ©€A \u2242\u0338 &nosuch; \uFFFD R&D",
    );
  });

  test("keeps paragraphs, lists, rows and preformatted text apart", () => {
    const page =
      "<p>one\n two<br>three<p>four<ul><li>a<li>b</ul><table><tr><th>h<th>i<tr><td>1</td><td>2</td></table><pre>\n  x\n\n  &lt;y&gt;</pre>";
    expect(htmlText(page)).toBe("one two\nthree\n\nfour\n\n- a\n- b\n\nh | i\n1 | 2\n\n```\n  x\n\n  <y>\n```");
  });

  test("takes text that follows an unfinished heading for text", () => {
    const long = "word ".repeat(200).trim();
    expect(htmlText(`<div><h1>${long}<p>more</div>`)).toContain(long);
    expect(htmlText("<h1>never ended")).toBe("never ended");
  });

  test("reads on behind an element that has no content", () => {
    expect(htmlText("<svg/>a<img src=x>b<hr/>c")).toContain("b");
  });

  for (const [name, hostile] of [
    ["elements", `${"<div>".repeat(200_000)}text`],
    ["headings", `${"<h1>".repeat(100_000)}text`],
    ["preformatted text", `${"<pre>".repeat(100_000)}text`],
    ["comments", "<!--".repeat(500_000)],
    ["unfinished tags", "<a b='".repeat(300_000)],
    ["references", "&lt;".repeat(500_000)],
    ["cells", `<table><tr>${"<td>x".repeat(200_000)}`],
  ] as const) {
    test(`reads deep and endless ${name} in its stride`, () => {
      const startedAt = performance.now();
      readHtml(hostile);
      expect(performance.now() - startedAt).toBeLessThan(8_000);
    });
  }
});
