/* Runs before the page is drawn: where readers keep things, and the light or dark they chose.
   What is kept stays in this browser, under the site's own path: two sites of one host do not mix. */
(() => {
  "use strict";
  const root = new URL("..", document.currentScript.src).href;
  const prefix = `newsletter:${new URL(root).pathname}:`;
  const memory = new Map(); // where storage is blocked or full, things last as long as the page
  const store = {
    get(name, otherwise) {
      try {
        return JSON.parse(memory.get(name) ?? localStorage.getItem(prefix + name)) ?? otherwise;
      } catch {
        return otherwise;
      }
    },
    /** Keeps a value; false where it lasts no longer than the page. */
    set(name, value) {
      const text = JSON.stringify(value);
      try {
        localStorage.setItem(prefix + name, text);
        memory.delete(name);
        return true;
      } catch {
        memory.set(name, text);
        return false;
      }
    },
    /** Calls back when another tab of this site has changed something. */
    watch(changed) {
      addEventListener("storage", (event) => event.key?.startsWith(prefix) && changed());
    },
  };
  const theme = {
    get: () => store.get("theme", "auto"),
    apply() {
      const { dataset } = document.documentElement;
      if (["light", "dark"].includes(theme.get())) dataset.theme = theme.get();
      else delete dataset.theme;
    },
    set(name) {
      store.set("theme", name);
      theme.apply();
    },
  };
  theme.apply();
  globalThis.newsletter = { root, store, theme };
})();
