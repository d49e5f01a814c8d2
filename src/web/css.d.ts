/** A component imports its style sheet; Vite bundles it. */
declare module "*.css";
