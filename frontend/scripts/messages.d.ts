export interface Use {
  name: string;
  text: string | undefined;
  values: string[] | null;
}
export interface Shape {
  names: string[];
  plurals: { name: string; categories: string[] }[];
}
export function uses(folder?: string): Use[];
export function shape(message: string, language?: string): Shape;
export function wrong(language: string, message: string, translation: string): string[];
export function catalogues(folder?: string): Record<string, Record<string, string>>;
export function messages(): string[];
