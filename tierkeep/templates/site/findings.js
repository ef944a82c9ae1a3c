"use strict";
(() => {
  const PAGE = 50;
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = Object.fromEntries(data.columns.map((name, index) => [name, index]));
  const text = (row, column) => data.texts[row[at[column]]];
  const lower = data.texts.map((each) => each.toLowerCase());
  const element = (id) => document.getElementById(id);
  const body = element("findings").tBodies[0];
  const pattern = body.rows[0].cloneNode(true);
  const chosen = {};
  let hits = [], found = data.rows, page = 0, order = { column: null, falling: false };

  const matches = (row) =>
    Object.entries(chosen).every(([column, value]) => !value || text(row, column) === value) &&
    hits.every((hit) => row.some((index) => hit[index]));

  const compare = (one, other) => {
    const rank = (row) => order.column === "level" ? data.levels.indexOf(text(row, "level")) : text(row, order.column);
    const a = rank(one), b = rank(other);
    return (a < b ? -1 : a > b ? 1 : 0) * (order.falling ? -1 : 1);
  };

  const choose = () => {
    found = data.rows.filter(matches);
    if (order.column) found.sort(compare);
    page = 0;
    show();
  };

  const put = (parent, tag, content, className) => {
    const made = parent.appendChild(document.createElement(tag));
    made.textContent = content;
    if (className) made.className = className;
    return made;
  };

  const line = (row) => {
    const made = pattern.cloneNode(true);
    const [level, what, check, where, tier] = made.cells;
    level.replaceChildren();
    put(level, "span", text(row, "level"), `badge level-${text(row, "level")}`);
    if (["known", "waived"].includes(text(row, "standing"))) put(level, "span", ` ${text(row, "standing")}`, "note");
    what.querySelector(".what").textContent = `${text(row, "resource")}: ${text(row, "field")}`;
    what.querySelector(".difference").textContent = text(row, "difference");
    const details = what.querySelector("details");
    details.open = false;
    const list = details.querySelector("dl");
    list.replaceChildren();
    for (const [name, column, tag] of [["Risk", "risk"], ["Remedy", "remedy"], ["Catalog", "origin", "code"], ["ARN", "arn", "code"]]) {
      if (!text(row, column)) continue;
      put(list, "dt", name);
      const value = put(list, "dd", "");
      if (tag) put(value, tag, text(row, column)); else value.textContent = text(row, column);
    }
    check.replaceChildren();
    put(check, "code", text(row, "check"));
    where.textContent = text(row, "unit");
    tier.replaceChildren();
    if (text(row, "tier")) tier.textContent = text(row, "tier"); else put(tier, "span", "none", "faint");
    return made;
  };

  const show = () => {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const from = page * PAGE;
    const part = found.slice(from, from + PAGE);
    body.replaceChildren(...part.map(line));
    const of = found.length === data.rows.length ? "" : `, chosen from ${data.rows.length}`;
    element("shown").textContent = part.length ? `${from + 1} to ${from + part.length} of ${found.length}${of}` : `Nothing matches${of}`;
    element("page").textContent = `Page ${page + 1} of ${pages}`;
    element("previous").disabled = page === 0;
    element("next").disabled = page >= pages - 1;
  };

  const turn = (by) => {
    page += by;
    show();
    element("findings").scrollIntoView({ block: "start" });
  };

  for (const head of document.querySelectorAll("#findings th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const column = head.dataset.sort;
      order = { column, falling: order.column === column && !order.falling };
      for (const each of document.querySelectorAll("#findings th[aria-sort]")) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order.falling ? "descending" : "ascending");
      choose();
    });
  }
  for (const select of document.querySelectorAll("#filters select"))
    select.addEventListener("change", () => { chosen[select.dataset.column] = select.value; choose(); });
  let waiting = 0;
  element("filter-text").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
      hits = words.map((word) => lower.map((each) => each.includes(word)));
      choose();
    }, 120);
  });
  element("filter-clear").addEventListener("click", () => {
    for (const select of document.querySelectorAll("#filters select")) { select.value = ""; chosen[select.dataset.column] = ""; }
    element("filter-text").value = "";
    hits = [];
    choose();
    element("filter-text").focus();
  });
  element("previous").addEventListener("click", () => turn(-1));
  element("next").addEventListener("click", () => turn(1));
  element("filters").hidden = false;
  element("pager").hidden = false;
  const plain = element("plain-pages");
  if (plain) plain.hidden = true;
  show();
})();
