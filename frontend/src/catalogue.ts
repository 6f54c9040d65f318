// Where the texts of a language come from; a page without a server has its own such module.

/** English texts with their translations. */
export type Catalogue = Readonly<Record<string, string>>;

const FILES = import.meta.glob<Catalogue>("./languages/*.json", { import: "default" });

/** Returns the texts of a language; none where there are none or they cannot be had. */
export async function catalogue(code: string): Promise<Catalogue> {
  return (await FILES[`./languages/${code}.json`]?.().catch(() => undefined)) ?? {};
}
