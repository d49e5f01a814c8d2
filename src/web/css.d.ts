/** Vite bundles what a component imports as its style. */
declare module "*.css";
