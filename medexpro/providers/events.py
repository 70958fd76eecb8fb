"""What the trail says of providers."""

from medexpro.audit.kinds import declare

PROVIDER_ADDED = declare("providers:provider:add", "Added a provider")
PROVIDER_CHANGED = declare("providers:provider:change", "Changed a provider")
ORGANISATION_ADDED = declare("providers:organisation:add", "Added an organisation")
ORGANISATION_CHANGED = declare("providers:organisation:change", "Changed an organisation")
