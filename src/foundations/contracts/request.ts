/** Request headers by lower-case name. The values of a repeated header are joined with `, `. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

/** Path parameters of the routers that a delivery came through. The segments of a wildcard are joined with `/`. */
export type WebhookParams = Readonly<Record<string, string | undefined>>;
