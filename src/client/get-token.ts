/** Returns a fresh JWT of the host application, or a promise of one. */
export type GetToken = () => Promise<string> | string;
