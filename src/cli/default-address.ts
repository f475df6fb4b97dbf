/** The path that deliveries are sent to. */
export const deliveryPath = '/webhooks/bigmind';

/** The port of `listen`. */
export const defaultPort = 3001;

/** Where `listen` receives by default, and where `send` and `replay` send to by default. */
export const defaultAddress = `http://127.0.0.1:${defaultPort}${deliveryPath}`;
