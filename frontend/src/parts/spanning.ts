/** Lets a cell span the columns that are shown and left: one that spans hidden ones too makes room for them all the same. */
export function spanning(cell: HTMLTableCellElement): { destroy: () => void } {
  const table = cell.closest("table");
  const fit = (): void => {
    const others = (cell.parentElement?.childElementCount ?? 1) - 1;
    cell.colSpan = Math.max(1, shown(table?.tHead?.rows[0]) - others);
  };
  const watch = new ResizeObserver(fit);
  if (table) watch.observe(table);
  fit();
  return { destroy: () => watch.disconnect() };
}

function shown(row: HTMLTableRowElement | undefined): number {
  return [...(row?.cells ?? [])].filter((one) => one.offsetWidth > 0).length;
}
