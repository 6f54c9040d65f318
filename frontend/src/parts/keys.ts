/** Says whether a key is meant for the page: not typed into a field, no shortcut of the browser, not used up already. */
export function isMeant(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  const elsewhere = target.matches("input, select, textarea") || document.querySelector("dialog[open]") !== null;
  return !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || elsewhere);
}
