import type { ViewLink } from "../../answers";
import { place, type View } from "../../place.svelte";

/** Returns the address of the state that an answer points to; range and filters of now stay. */
export function linkTo(link: ViewLink, preset: string | null = null): string {
  const told = Object.entries(link.filters).map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]);
  const order = { sort: link.sort, direction: link.direction === "desc" ? null : link.direction };
  return place.href({ ...(Object.fromEntries(told) as Record<string, string | string[]>), ...order, preset }, link.view as View);
}
