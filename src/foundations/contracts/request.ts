/** Request headers by lower-case name. The values of a repeated header are joined with `, `. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

/** Headers as a platform gives them: a Fetch `Headers`, or an object with names in any case. */
export type GivenHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Path parameters as a framework gives them: Express 5 and Next.js have the segments of a wildcard in an array. */
export type GivenParams = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Path parameters of the routers that a delivery came through. The segments of a wildcard are joined with `/`. */
export type WebhookParams = Readonly<Record<string, string | undefined>>;
