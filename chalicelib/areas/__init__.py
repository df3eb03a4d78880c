"""One business area per package. Areas never import each other: what needs two of them is a flow."""
