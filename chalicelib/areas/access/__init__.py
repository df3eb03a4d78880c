"""Access: who may call. So far API keys; operators, roles and sessions come here too.

Words: a *key* belongs to one tenant of one org; it is an id (no secret, shown everywhere) and a secret (shown once, kept
as a hash). A *credential* is both, written `id.secret`. A *grant* is a resource and `view` or `modify`. A tenant is
*registered* with its first key: in its org, and in the list from which the jobs know all tenants.

Laws: a key grants nothing that its issuer may not do. A revoked key never works again. An unknown key, a wrong secret
and a revoked key look the same from outside.

Operations: issue_api_key, revoke_api_key, authenticate.
"""
