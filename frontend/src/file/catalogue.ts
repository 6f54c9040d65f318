// Texts of languages as they stand in the file, packed; the one that is spoken is unpacked.
import type { Catalogue } from "../catalogue";
import { inflated } from "./content";

export async function catalogue(code: string): Promise<Catalogue> {
  const packed = document.getElementById(`texts-${code}`)?.textContent;
  return packed ? (JSON.parse(new TextDecoder().decode(await inflated(packed))) as Catalogue) : {};
}
