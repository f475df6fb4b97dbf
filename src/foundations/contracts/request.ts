/** Request headers by lower-case name; a repeated header's values are joined with `, `. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

/** Path parameters of the routers that a delivery came through; a wildcard's segments are joined with `/`. */
export type WebhookParams = Readonly<Record<string, string | undefined>>;
