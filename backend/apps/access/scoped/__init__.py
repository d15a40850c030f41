"""What every API of ours is built on: views that know permission codes and policies, fields that scope foreign keys."""
