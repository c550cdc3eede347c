/* The page of saved papers: a list from this browser's own storage, and ways to take it away. */
(() => {
  "use strict";
  const TEX = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
  const tex = (text) => text.replace(/[\\~^&%$#_{}]/g, (sign) => TEX[sign] ?? `\\${sign}`);

  /** A saved paper as a BibTeX record of what is known; no author is invented. */
  function bibtex(slug, { title, authors, more, arxiv, doi, year, url }) {
    const fields = {
      title: `{${tex(title)}}`,
      author: [...authors.map(tex), ...(more ? ["others"] : [])].join(" and "),
      year,
      eprint: tex(arxiv),
      archiveprefix: arxiv && "arXiv",
      doi: tex(doi),
      url: url.replaceAll(/[{}]/g, (brace) => encodeURIComponent(brace)),
    };
    const lines = Object.entries(fields).filter(([, value]) => value);
    const key = slug.replace(/[^A-Za-z0-9-]+/g, "-").slice(0, 60);
    return `@misc{${key},\n${lines.map(([name, value]) => `  ${name} = {${value}}`).join(",\n")}\n}\n`;
  }

  const saved = { bibtex };
  if (!globalThis.document) return Object.assign(globalThis, { saved });

  const { root, store, date, download, furnish } = newsletter;
  const list = document.querySelector("#saved");
  const model = document.querySelector("#one").content.firstElementChild;
  const papers = () => Object.entries(store.get("saved", {})).reverse();

  function drawn([slug, paper]) {
    const made = model.cloneNode(true);
    const link = made.querySelector("h2 a");
    made.querySelector("[data-paper]").dataset.paper = slug;
    link.firstElementChild.textContent = paper.title;
    link.href = `${root}papers/${encodeURI(slug)}.html`;
    made.querySelector(".names").textContent = paper.authors.join(", ");
    date(made, paper.saved);
    const source = made.querySelector(".source");
    if (/^https?:/.test(paper.url)) source.href = paper.url;
    else source.remove();
    return made;
  }

  function show() {
    const kept = papers();
    list.replaceChildren(...kept.map(drawn));
    document.querySelector("#none").hidden = kept.length > 0;
    document.querySelector("#take").hidden = kept.length === 0;
    document.querySelector("#blocked").hidden = store.set("saved", store.get("saved", {}));
    furnish(list);
  }

  document.querySelector("#bibtex").addEventListener("click", () =>
    download("saved.bib", "application/x-bibtex", papers().map(([slug, paper]) => bibtex(slug, paper)).join("\n")));
  document.querySelector("#json").addEventListener("click", () =>
    download("saved.json", "application/json", JSON.stringify(papers().map(([slug, paper]) => ({ slug, ...paper })), null, 2)));
  store.watch(show);
  show();
})();
