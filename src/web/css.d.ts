/** A component imports its style sheet; Vite bundles it. */
declare module "*.css";

/** The text of a style sheet, for a shadow root. */
declare module "*.css?inline" {
  const text: string;
  export default text;
}
