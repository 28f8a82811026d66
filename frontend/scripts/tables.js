// On a small screen the style sheet turns rows into cards, and browsers then forget that it is a table: say it again.
const roles = {
  table: "table",
  thead: "rowgroup",
  tbody: "rowgroup",
  tr: "row",
  th: "columnheader",
  td: "cell",
};

export const nameTableParts = (part) => {
  part.querySelectorAll("table.table-cards").forEach((table) => {
    table.setAttribute("role", "table");
    Object.entries(roles).forEach(([tag, role]) => {
      table.querySelectorAll(tag).forEach((element) => {
        element.setAttribute("role", element.matches("th[scope=row]") ? "rowheader" : role);
      });
    });
  });
};
